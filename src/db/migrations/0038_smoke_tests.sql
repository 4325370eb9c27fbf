ALTER TABLE "ml_intern"."watches" ADD COLUMN "smoke_of" text;--> statement-breakpoint
ALTER TABLE "ml_intern"."watches" ADD CONSTRAINT "watches_smoke_of_tool_calls_id_fk" FOREIGN KEY ("smoke_of") REFERENCES "ml_intern"."tool_calls"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "watches_smoke_of" ON "ml_intern"."watches" USING btree ("smoke_of");--> statement-breakpoint
CREATE INDEX "tool_calls_before_run" ON "ml_intern"."tool_calls" USING btree ("session_id") WHERE "ml_intern"."tool_calls"."state"->'follows' is not null;
--> statement-breakpoint
-- A smoke test costs what it runs, as the job of a call does.
CREATE OR REPLACE FUNCTION "ml_intern"."watch_micro_usd"(w ml_intern.watches) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN coalesce(w.tool_call_id, w.smoke_of) IS NULL OR w.hourly_micro_usd IS NULL THEN 0 ELSE
    round(w.hourly_micro_usd / 3600.0 * least(w.timeout_seconds, CASE
      WHEN w.ended_at IS NULL THEN w.timeout_seconds
      ELSE greatest(0, coalesce(extract(epoch FROM coalesce(ml_intern.moment(w.snapshot->>'finishedAt'), w.ended_at)
        - ml_intern.moment(w.snapshot->>'startedAt')), 0))
    END))::bigint END
$$;
--> statement-breakpoint
-- What is set aside for a call, from its approval until it has ended or has become a job; for good where nobody knows whether it did.
-- While its smoke test runs, that is a job of its own, and the run that follows is set aside.
CREATE OR REPLACE FUNCTION "ml_intern"."reserved_micro_usd"(c ml_intern.tool_calls) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN c.state->>'kind' IN ('approved', 'running', 'unknown')
    THEN coalesce(round((c.approval->'request'->'estimate'->>'usd')::numeric * 1000000), 0)::bigint
    ELSE coalesce(round((c.state->'follows'->>'usd')::numeric * 1000000), 0)::bigint END
$$;
