CREATE TABLE "ml_intern"."greetings" (
	"platform" text NOT NULL,
	"workspace" text NOT NULL,
	"place" text NOT NULL,
	"tries" integer NOT NULL,
	"until" timestamp with time zone,
	"said_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "greetings_platform_workspace_place_pk" PRIMARY KEY("platform","workspace","place")
);
