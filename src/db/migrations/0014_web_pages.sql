CREATE TABLE "ml_intern"."web_pages" (
	"key" text PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"content_type" text NOT NULL,
	"text" text NOT NULL,
	"etag" text,
	"last_modified" text,
	"fresh_until" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "web_pages_used" ON "ml_intern"."web_pages" USING btree ("used_at");