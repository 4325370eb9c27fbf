ALTER TABLE "ml_intern"."watches" ADD COLUMN "experiment" jsonb;--> statement-breakpoint
ALTER TABLE "ml_intern"."sessions" ADD COLUMN "is_private" boolean DEFAULT false NOT NULL;