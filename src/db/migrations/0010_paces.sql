CREATE TABLE "ml_intern"."paces" (
	"platform" text NOT NULL,
	"workspace" text NOT NULL,
	"bucket" text NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	"factor" real DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "paces_platform_workspace_bucket_pk" PRIMARY KEY("platform","workspace","bucket")
);
--> statement-breakpoint
ALTER TABLE "ml_intern"."sessions" ADD COLUMN "render_grants" jsonb DEFAULT '{}'::jsonb NOT NULL;