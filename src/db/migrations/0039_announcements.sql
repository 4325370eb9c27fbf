CREATE TABLE "ml_intern"."announcements" (
	"id" text PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"call_id" text NOT NULL,
	"exchange" integer NOT NULL,
	"name" text NOT NULL,
	"channel" text NOT NULL,
	"said" jsonb NOT NULL,
	"due" timestamp with time zone,
	"outcome" jsonb,
	"is_late" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "ml_intern"."announcements" ADD CONSTRAINT "announcements_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "ml_intern"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "announcements_session" ON "ml_intern"."announcements" USING btree ("session_id","created_at");--> statement-breakpoint
CREATE INDEX "announcements_open" ON "ml_intern"."announcements" USING btree ("session_id") WHERE "ml_intern"."announcements"."outcome" is null;