CREATE TABLE "ml_intern"."presence" (
	"platform" text NOT NULL,
	"workspace" text NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "presence_platform_workspace_pk" PRIMARY KEY("platform","workspace")
);
