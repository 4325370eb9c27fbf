CREATE TABLE "ml_intern"."housekeeping" (
	"name" text PRIMARY KEY NOT NULL,
	"done_at" timestamp with time zone,
	"claimed_by" text,
	"claimed_until" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "call_journal_created" ON "ml_intern"."call_journal" USING btree ("created_at");