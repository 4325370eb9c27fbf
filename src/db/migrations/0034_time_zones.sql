CREATE TABLE "ml_intern"."time_zones" (
	"platform" text NOT NULL,
	"workspace" text NOT NULL,
	"person" text NOT NULL,
	"said" text,
	"known" text,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "time_zones_platform_workspace_person_pk" PRIMARY KEY("platform","workspace","person")
);
