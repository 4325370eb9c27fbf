CREATE INDEX "tool_calls_unknown" ON "ml_intern"."tool_calls" USING btree ("session_id") WHERE "ml_intern"."tool_calls"."state"->>'kind' = 'unknown';--> statement-breakpoint
-- What is set aside for a call, from its approval until it has ended or has become a job; for good where nobody knows whether it did.
CREATE OR REPLACE FUNCTION "ml_intern"."reserved_micro_usd"(c ml_intern.tool_calls) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN c.state->>'kind' IN ('approved', 'running', 'unknown')
    THEN coalesce(round((c.approval->'request'->'estimate'->>'usd')::numeric * 1000000), 0)::bigint ELSE 0 END
$$;
