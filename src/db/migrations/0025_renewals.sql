CREATE TABLE "ml_intern"."renewals" (
	"what" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"until" timestamp with time zone NOT NULL
);
