CREATE SCHEMA "ml_intern";
--> statement-breakpoint
CREATE TABLE "ml_intern"."events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_intern"."exchanges" (
	"session_id" text NOT NULL,
	"number" integer NOT NULL,
	"plan" jsonb NOT NULL,
	"outcome" jsonb,
	"model_calls" integer DEFAULT 0 NOT NULL,
	"corrections" integer DEFAULT 0 NOT NULL,
	"undone" boolean DEFAULT false NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "exchanges_session_id_number_pk" PRIMARY KEY("session_id","number")
);
--> statement-breakpoint
CREATE TABLE "ml_intern"."messages" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"exchange" integer NOT NULL,
	"entry" jsonb NOT NULL,
	"undone" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_intern"."operations" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"source_id" text NOT NULL,
	"kind" text NOT NULL,
	"body" jsonb NOT NULL,
	"applied_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_intern"."posts" (
	"session_id" text NOT NULL,
	"key" text NOT NULL,
	"platform_id" text,
	"hash" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "posts_session_id_key_pk" PRIMARY KEY("session_id","key")
);
--> statement-breakpoint
CREATE TABLE "ml_intern"."sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"platform" text NOT NULL,
	"workspace" text NOT NULL,
	"channel" text NOT NULL,
	"thread" text NOT NULL,
	"requester" jsonb NOT NULL,
	"state" jsonb NOT NULL,
	"draft" jsonb,
	"exchange" integer DEFAULT 0 NOT NULL,
	"context_start" bigint DEFAULT 0 NOT NULL,
	"epoch" integer DEFAULT 0 NOT NULL,
	"lease_owner" text,
	"lease_until" timestamp with time zone,
	"rev" integer DEFAULT 0 NOT NULL,
	"rendered_rev" integer DEFAULT 0 NOT NULL,
	"render_epoch" integer DEFAULT 0 NOT NULL,
	"render_until" timestamp with time zone,
	"render_not_before" timestamp with time zone,
	"render_blocked_until" timestamp with time zone,
	"render_divisor" integer DEFAULT 1 NOT NULL,
	"strikes" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_intern"."tool_calls" (
	"id" text PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"message_id" bigint NOT NULL,
	"exchange" integer NOT NULL,
	"position" integer NOT NULL,
	"provider_id" text NOT NULL,
	"name" text NOT NULL,
	"arguments" text NOT NULL,
	"summary" text NOT NULL,
	"state" jsonb NOT NULL,
	"approval" jsonb,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_intern"."usage" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"exchange" integer NOT NULL,
	"model" text NOT NULL,
	"input_tokens" integer NOT NULL,
	"cached_tokens" integer NOT NULL,
	"output_tokens" integer NOT NULL,
	"cost_micro_usd" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ml_intern"."watches" (
	"id" text PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"tool_call_id" text NOT NULL,
	"exchange" integer NOT NULL,
	"namespace" text NOT NULL,
	"job_id" text NOT NULL,
	"url" text NOT NULL,
	"title" text NOT NULL,
	"flavor" text NOT NULL,
	"hourly_micro_usd" bigint,
	"timeout_seconds" integer NOT NULL,
	"snapshot" jsonb NOT NULL,
	"looked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "ml_intern"."events" ADD CONSTRAINT "events_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "ml_intern"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_intern"."exchanges" ADD CONSTRAINT "exchanges_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "ml_intern"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_intern"."messages" ADD CONSTRAINT "messages_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "ml_intern"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_intern"."operations" ADD CONSTRAINT "operations_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "ml_intern"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_intern"."posts" ADD CONSTRAINT "posts_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "ml_intern"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_intern"."tool_calls" ADD CONSTRAINT "tool_calls_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "ml_intern"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_intern"."tool_calls" ADD CONSTRAINT "tool_calls_message_id_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "ml_intern"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_intern"."usage" ADD CONSTRAINT "usage_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "ml_intern"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_intern"."watches" ADD CONSTRAINT "watches_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "ml_intern"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ml_intern"."watches" ADD CONSTRAINT "watches_tool_call_id_tool_calls_id_fk" FOREIGN KEY ("tool_call_id") REFERENCES "ml_intern"."tool_calls"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "events_session" ON "ml_intern"."events" USING btree ("session_id","id");--> statement-breakpoint
CREATE INDEX "messages_session" ON "ml_intern"."messages" USING btree ("session_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "operations_source" ON "ml_intern"."operations" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "operations_pending" ON "ml_intern"."operations" USING btree ("session_id","applied_at");--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_address" ON "ml_intern"."sessions" USING btree ("platform","workspace","channel","thread");--> statement-breakpoint
CREATE INDEX "sessions_lease" ON "ml_intern"."sessions" USING btree ("lease_until");--> statement-breakpoint
CREATE INDEX "tool_calls_session" ON "ml_intern"."tool_calls" USING btree ("session_id","message_id","position");--> statement-breakpoint
CREATE INDEX "usage_session" ON "ml_intern"."usage" USING btree ("session_id","exchange");--> statement-breakpoint
CREATE UNIQUE INDEX "watches_tool_call" ON "ml_intern"."watches" USING btree ("tool_call_id");--> statement-breakpoint
CREATE INDEX "watches_session" ON "ml_intern"."watches" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "watches_open" ON "ml_intern"."watches" USING btree ("ended_at");