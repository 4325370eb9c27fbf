CREATE TABLE "ml_intern"."outages_told" (
	"platform" text NOT NULL,
	"workspace" text NOT NULL,
	"person" text NOT NULL,
	"provider" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "outages_told_platform_workspace_person_provider_pk" PRIMARY KEY("platform","workspace","person","provider")
);
--> statement-breakpoint
CREATE INDEX "sessions_retry" ON "ml_intern"."sessions" USING btree ("id") WHERE "ml_intern"."sessions"."state"->'failure' ? 'outage';