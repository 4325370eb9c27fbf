CREATE TABLE "ml_intern"."board_messages" (
	"platform" text NOT NULL,
	"id" text NOT NULL,
	"thread" text NOT NULL,
	"author" jsonb,
	"body" jsonb NOT NULL,
	"is_taken" boolean DEFAULT true NOT NULL,
	"is_removed" boolean DEFAULT false NOT NULL,
	"place" bigint NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "board_messages_platform_id_pk" PRIMARY KEY("platform","id")
);
--> statement-breakpoint
CREATE TABLE "ml_intern"."board_readers" (
	"platform" text NOT NULL,
	"hash" text NOT NULL,
	"until" timestamp with time zone NOT NULL,
	CONSTRAINT "board_readers_platform_hash_pk" PRIMARY KEY("platform","hash")
);
--> statement-breakpoint
CREATE TABLE "ml_intern"."board_threads" (
	"platform" text NOT NULL,
	"thread" text NOT NULL,
	"title" text,
	"standing" text,
	"version" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "board_threads_platform_thread_pk" PRIMARY KEY("platform","thread")
);
--> statement-breakpoint
CREATE TABLE "ml_intern"."boards" (
	"platform" text PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "board_messages_version" ON "ml_intern"."board_messages" USING btree ("platform","thread","version");--> statement-breakpoint
CREATE INDEX "board_threads_updated" ON "ml_intern"."board_threads" USING btree ("platform","updated_at");