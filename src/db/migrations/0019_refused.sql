ALTER TABLE "ml_intern"."posts" ADD COLUMN "generation" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "ml_intern"."posts" ADD COLUMN "form" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "ml_intern"."posts" ADD COLUMN "refused" jsonb;--> statement-breakpoint
ALTER TABLE "ml_intern"."sessions" ADD COLUMN "render_refused" jsonb;--> statement-breakpoint
ALTER TABLE "ml_intern"."sessions" ADD COLUMN "render_due" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "sessions_render_due" ON "ml_intern"."sessions" USING btree ("render_due") WHERE "ml_intern"."sessions"."render_due" is not null;--> statement-breakpoint
CREATE INDEX "sessions_refused" ON "ml_intern"."sessions" USING btree ("platform","workspace") WHERE "ml_intern"."sessions"."render_refused" is not null or "ml_intern"."sessions"."render_due" is not null;