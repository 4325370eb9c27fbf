CREATE TABLE "ml_intern"."tool_servers" (
	"name" text PRIMARY KEY NOT NULL,
	"tools" integer NOT NULL,
	"problem" text,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
