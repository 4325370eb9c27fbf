CREATE TABLE "ml_intern"."schedules" (
	"session_id" text NOT NULL,
	"scope" text NOT NULL,
	"rhythm" jsonb NOT NULL,
	"last_due" timestamp with time zone,
	"last_shown" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "schedules_session_id_scope_pk" PRIMARY KEY("session_id","scope")
);
--> statement-breakpoint
ALTER TABLE "ml_intern"."schedules" ADD CONSTRAINT "schedules_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "ml_intern"."sessions"("id") ON DELETE cascade ON UPDATE no action;