CREATE TABLE "ml_intern"."feedback" (
	"session_id" text NOT NULL,
	"message_id" bigint NOT NULL,
	"person" text NOT NULL,
	"person_name" text NOT NULL,
	"verdict" text NOT NULL,
	"comment" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "feedback_session_id_message_id_person_pk" PRIMARY KEY("session_id","message_id","person")
);
--> statement-breakpoint
CREATE TABLE "ml_intern"."installations" (
	"platform" text NOT NULL,
	"workspace" text NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "installations_platform_workspace_pk" PRIMARY KEY("platform","workspace")
);
--> statement-breakpoint
ALTER TABLE "ml_intern"."posts" ADD COLUMN "streamed" text;--> statement-breakpoint
ALTER TABLE "ml_intern"."feedback" ADD CONSTRAINT "feedback_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "ml_intern"."sessions"("id") ON DELETE cascade ON UPDATE no action;