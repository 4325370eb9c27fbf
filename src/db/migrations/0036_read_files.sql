CREATE TABLE "ml_intern"."read_files" (
	"session_id" text NOT NULL,
	"path" text NOT NULL,
	"sha256" text NOT NULL,
	"read_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "read_files_session_id_path_pk" PRIMARY KEY("session_id","path")
);
--> statement-breakpoint
ALTER TABLE "ml_intern"."read_files" ADD CONSTRAINT "read_files_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "ml_intern"."sessions"("id") ON DELETE cascade ON UPDATE no action;