CREATE INDEX "operations_waiting" ON "ml_intern"."operations" USING btree ("session_id","id") WHERE "ml_intern"."operations"."applied_at" is null;--> statement-breakpoint
CREATE INDEX "posts_exchange" ON "ml_intern"."posts" USING btree ("session_id","exchange");--> statement-breakpoint
CREATE INDEX "sessions_running" ON "ml_intern"."sessions" USING btree ("id") WHERE "ml_intern"."sessions"."state"->>'kind' = 'running';--> statement-breakpoint
CREATE INDEX "sessions_behind" ON "ml_intern"."sessions" USING btree ("id") WHERE "ml_intern"."sessions"."rev" - "ml_intern"."sessions"."rendered_rev" > 0;--> statement-breakpoint
CREATE INDEX "sessions_unused" ON "ml_intern"."sessions" USING btree ("updated_at") WHERE "ml_intern"."sessions"."state"->>'kind' in ('idle', 'failed', 'interrupted');--> statement-breakpoint
CREATE INDEX "watches_running" ON "ml_intern"."watches" USING btree ("id") WHERE "ml_intern"."watches"."ended_at" is null;--> statement-breakpoint
-- Without it the server takes a third of all sessions to be behind, and goes through all of them.
CREATE STATISTICS "ml_intern"."sessions_behind_by" ON ("rev" - "rendered_rev") FROM "ml_intern"."sessions";
