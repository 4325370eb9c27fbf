ALTER TABLE "ml_intern"."posts" ADD COLUMN "exchange" integer;--> statement-breakpoint
ALTER TABLE "ml_intern"."sessions" ADD COLUMN "settled_exchange" integer DEFAULT -1 NOT NULL;--> statement-breakpoint
CREATE INDEX "messages_exchange" ON "ml_intern"."messages" USING btree ("session_id","exchange");--> statement-breakpoint
CREATE INDEX "messages_summaries" ON "ml_intern"."messages" USING btree ("session_id") WHERE "ml_intern"."messages"."entry"->>'role' = 'summary';