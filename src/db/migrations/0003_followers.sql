ALTER TABLE "ml_intern"."watches" ALTER COLUMN "tool_call_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "ml_intern"."watches" ADD COLUMN "followed_by" text;--> statement-breakpoint
ALTER TABLE "ml_intern"."watches" ADD COLUMN "followed_until" timestamp with time zone;