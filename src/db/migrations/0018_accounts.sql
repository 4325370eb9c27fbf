CREATE TABLE "ml_intern"."accounts" (
	"platform" text NOT NULL,
	"workspace" text NOT NULL,
	"person" text NOT NULL,
	"hub_name" text NOT NULL,
	"sealed" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounts_platform_workspace_person_pk" PRIMARY KEY("platform","workspace","person")
);
--> statement-breakpoint
ALTER TABLE "ml_intern"."watches" ADD COLUMN "owner" text;