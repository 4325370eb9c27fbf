CREATE TABLE "ml_intern"."deliveries" (
	"source_id" text PRIMARY KEY NOT NULL,
	"owner" text,
	"claimed_until" timestamp with time zone,
	"done_at" timestamp with time zone,
	"change" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "ml_intern"."operations" ADD COLUMN "edited_at" text;--> statement-breakpoint
CREATE INDEX "deliveries_created" ON "ml_intern"."deliveries" USING btree ("created_at");