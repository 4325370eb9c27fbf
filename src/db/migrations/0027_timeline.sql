ALTER TABLE "ml_intern"."tool_calls" ADD COLUMN "timeline" text;--> statement-breakpoint
-- Threads that are shown anew leave the plan's calls out as they did, by a name that was known elsewhere.
UPDATE "ml_intern"."tool_calls" SET "timeline" = 'failures' WHERE "name" = 'plan_tool';
