CREATE TABLE "ml_intern"."call_journal" (
	"call_id" text NOT NULL,
	"position" integer NOT NULL,
	"entry" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "call_journal_call_id_position_pk" PRIMARY KEY("call_id","position")
);
--> statement-breakpoint
ALTER TABLE "ml_intern"."call_journal" ADD CONSTRAINT "call_journal_call_id_tool_calls_id_fk" FOREIGN KEY ("call_id") REFERENCES "ml_intern"."tool_calls"("id") ON DELETE cascade ON UPDATE no action;