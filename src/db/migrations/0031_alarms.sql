CREATE TABLE "ml_intern"."mutes" (
	"platform" text NOT NULL,
	"workspace" text NOT NULL,
	"person" text NOT NULL,
	"kind" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "mutes_platform_workspace_person_kind_pk" PRIMARY KEY("platform","workspace","person","kind")
);
--> statement-breakpoint
ALTER TABLE "ml_intern"."watches" ADD COLUMN "alarms" jsonb DEFAULT '[]'::jsonb NOT NULL;