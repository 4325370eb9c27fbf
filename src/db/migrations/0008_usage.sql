ALTER TABLE "ml_intern"."sessions" ADD COLUMN "model_micro_usd" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "ml_intern"."usage" ADD COLUMN "purpose" text DEFAULT 'step' NOT NULL;--> statement-breakpoint
ALTER TABLE "ml_intern"."usage" ADD COLUMN "first_token_ms" integer;--> statement-breakpoint
ALTER TABLE "ml_intern"."usage" ADD COLUMN "total_ms" integer;