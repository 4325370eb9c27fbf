ALTER TABLE "ml_intern"."files" ADD COLUMN "path" text;--> statement-breakpoint
CREATE INDEX "files_session" ON "ml_intern"."files" USING btree ("session_id");