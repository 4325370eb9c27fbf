ALTER TABLE "ml_intern"."accounts" ADD COLUMN "hub_id" text;--> statement-breakpoint
ALTER TABLE "ml_intern"."board_readers" ADD COLUMN "who" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "accounts_hub" ON "ml_intern"."accounts" USING btree ("hub_id");