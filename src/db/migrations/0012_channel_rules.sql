CREATE TABLE "ml_intern"."channel_rules" (
	"platform" text NOT NULL,
	"workspace" text NOT NULL,
	"channel" text NOT NULL,
	"rules" jsonb NOT NULL,
	"changed_by" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channel_rules_platform_workspace_channel_pk" PRIMARY KEY("platform","workspace","channel")
);
