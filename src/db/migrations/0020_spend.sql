CREATE TABLE "ml_intern"."spend" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"day" date NOT NULL,
	"scope" text NOT NULL,
	"platform" text NOT NULL,
	"workspace" text NOT NULL,
	"name" text NOT NULL,
	"micro_usd" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "spend_sum" ON "ml_intern"."spend" USING btree ("day","scope","platform","workspace","name");--> statement-breakpoint
CREATE INDEX "tool_calls_reserved" ON "ml_intern"."tool_calls" USING btree ("session_id") WHERE "ml_intern"."tool_calls"."state"->>'kind' in ('approved', 'running');--> statement-breakpoint
CREATE INDEX "usage_created" ON "ml_intern"."usage" USING btree ("created_at");