CREATE TABLE "ml_intern"."approver_names" (
	"platform" text NOT NULL,
	"workspace" text NOT NULL,
	"who" text NOT NULL,
	"name" text NOT NULL,
	"people" jsonb,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "approver_names_platform_workspace_who_pk" PRIMARY KEY("platform","workspace","who")
);
