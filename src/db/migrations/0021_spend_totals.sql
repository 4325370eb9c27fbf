-- Nobody may write while what is there is summed up; in the order in which the bot locks these tables.
LOCK TABLE "ml_intern"."watches", "ml_intern"."tool_calls", "ml_intern"."usage" IN SHARE ROW EXCLUSIVE MODE;
--> statement-breakpoint
-- Adds to one sum. It takes a row that nobody else is adding to, and makes another where all are taken: a process that
-- stands still inside a transaction holds up nobody.
CREATE FUNCTION "ml_intern"."add_spend"(p_day date, p_scope text, p_platform text, p_workspace text, p_name text, p_micro_usd bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  free bigint;
BEGIN
  SELECT id INTO free FROM ml_intern.spend
    WHERE day = p_day AND scope = p_scope AND platform = p_platform AND workspace = p_workspace AND name = p_name
    LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
  IF free IS NULL THEN
    INSERT INTO ml_intern.spend (day, scope, platform, workspace, name, micro_usd)
      VALUES (p_day, p_scope, p_platform, p_workspace, p_name, p_micro_usd);
  ELSE
    UPDATE ml_intern.spend SET micro_usd = micro_usd + p_micro_usd WHERE id = free;
  END IF;
END
$$;
--> statement-breakpoint
-- Adds amounts, each of a session and a day, to the sums of everybody whom they concern.
CREATE FUNCTION "ml_intern"."count_spend"(p_sessions text[], p_days date[], p_micro_usd bigint[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  total record;
BEGIN
  FOR total IN
    SELECT amount.day, t.scope, t.platform, t.workspace, t.name, sum(amount.micro_usd)::bigint AS micro_usd
      FROM unnest(p_sessions, p_days, p_micro_usd) AS amount (session_id, day, micro_usd)
      JOIN ml_intern.sessions s ON s.id = amount.session_id
      CROSS JOIN LATERAL (VALUES
        ('person', s.platform, '', coalesce(s.requester->>'id', '')),
        ('channel', s.platform, s.workspace, s.channel),
        ('workspace', s.platform, s.workspace, ''),
        ('all', '', '', '')
      ) AS t (scope, platform, workspace, name)
      GROUP BY 1, 2, 3, 4, 5
      HAVING sum(amount.micro_usd) <> 0
  LOOP
    PERFORM ml_intern.add_spend(total.day, total.scope, total.platform, total.workspace, total.name, total.micro_usd);
  END LOOP;
END
$$;
--> statement-breakpoint
CREATE FUNCTION "ml_intern"."utc_day"(p_at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS $$
  SELECT (p_at AT TIME ZONE 'utc')::date
$$;
--> statement-breakpoint
-- Null where it is no moment that Postgres knows: a job's times are the Hub's.
CREATE FUNCTION "ml_intern"."moment"(p_text text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN p_text::timestamptz;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END
$$;
--> statement-breakpoint
-- What a job of ours costs: as long as it runs its whole time-out, then as long as it ran.
CREATE FUNCTION "ml_intern"."watch_micro_usd"(w ml_intern.watches) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN w.tool_call_id IS NULL OR w.hourly_micro_usd IS NULL THEN 0 ELSE
    round(w.hourly_micro_usd / 3600.0 * least(w.timeout_seconds, CASE
      WHEN w.ended_at IS NULL THEN w.timeout_seconds
      ELSE greatest(0, coalesce(extract(epoch FROM coalesce(ml_intern.moment(w.snapshot->>'finishedAt'), w.ended_at)
        - ml_intern.moment(w.snapshot->>'startedAt')), 0))
    END))::bigint END
$$;
--> statement-breakpoint
-- What is set aside for a call, from its approval until it has ended or has become a job.
CREATE FUNCTION "ml_intern"."reserved_micro_usd"(c ml_intern.tool_calls) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN c.state->>'kind' IN ('approved', 'running')
    THEN coalesce(round((c.approval->'request'->'estimate'->>'usd')::numeric * 1000000), 0)::bigint ELSE 0 END
$$;
--> statement-breakpoint
CREATE FUNCTION "ml_intern"."reserved_day"(c ml_intern.tool_calls) RETURNS date LANGUAGE sql STABLE AS $$
  SELECT ml_intern.utc_day(coalesce((c.approval->'decision'->>'at')::timestamptz, c.created_at))
$$;
--> statement-breakpoint
CREATE FUNCTION "ml_intern"."spend_of_usage"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ml_intern.count_spend(array_agg(session_id), array_agg(day), array_agg(micro_usd)) FROM (
    SELECT session_id, ml_intern.utc_day(created_at) AS day, sum(cost_micro_usd)::bigint AS micro_usd
      FROM added WHERE cost_micro_usd <> 0 GROUP BY 1, 2) amounts;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE FUNCTION "ml_intern"."spend_of_watches"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ml_intern.count_spend(array_agg(session_id), array_agg(day), array_agg(micro_usd)) FROM (
    SELECT w.session_id, ml_intern.utc_day(w.created_at) AS day, sum(ml_intern.watch_micro_usd(w))::bigint AS micro_usd
      FROM ml_intern.watches w WHERE w.id IN (SELECT id FROM added) GROUP BY 1, 2) amounts;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE FUNCTION "ml_intern"."spend_of_watch"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ml_intern.count_spend(
    ARRAY[OLD.session_id, NEW.session_id],
    ARRAY[ml_intern.utc_day(OLD.created_at), ml_intern.utc_day(NEW.created_at)],
    ARRAY[-ml_intern.watch_micro_usd(OLD), ml_intern.watch_micro_usd(NEW)]);
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE FUNCTION "ml_intern"."spend_of_calls"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ml_intern.count_spend(array_agg(session_id), array_agg(day), array_agg(micro_usd)) FROM (
    SELECT c.session_id, ml_intern.reserved_day(c) AS day, sum(ml_intern.reserved_micro_usd(c))::bigint AS micro_usd
      FROM ml_intern.tool_calls c WHERE c.id IN (SELECT id FROM added WHERE approval IS NOT NULL) GROUP BY 1, 2) amounts;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE FUNCTION "ml_intern"."spend_of_call"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ml_intern.count_spend(
    ARRAY[OLD.session_id, NEW.session_id],
    ARRAY[ml_intern.reserved_day(OLD), ml_intern.reserved_day(NEW)],
    ARRAY[-ml_intern.reserved_micro_usd(OLD), ml_intern.reserved_micro_usd(NEW)]);
  RETURN NULL;
END
$$;
--> statement-breakpoint
-- Today and yesterday: days before are not asked about any more.
SELECT "ml_intern"."count_spend"(array_agg(session_id), array_agg(day), array_agg(micro_usd)) FROM (
  SELECT session_id, ml_intern.utc_day(created_at) AS day, cost_micro_usd AS micro_usd FROM ml_intern.usage
    WHERE cost_micro_usd <> 0 AND created_at > now() - interval '2 days'
  UNION ALL
  SELECT w.session_id, ml_intern.utc_day(w.created_at), ml_intern.watch_micro_usd(w) FROM ml_intern.watches w
    WHERE w.created_at > now() - interval '2 days'
  UNION ALL
  SELECT c.session_id, ml_intern.reserved_day(c), ml_intern.reserved_micro_usd(c) FROM ml_intern.tool_calls c
    WHERE c.state->>'kind' IN ('approved', 'running')) amounts;
--> statement-breakpoint
CREATE TRIGGER "usage_spend" AFTER INSERT ON "ml_intern"."usage"
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION "ml_intern"."spend_of_usage"();
--> statement-breakpoint
CREATE TRIGGER "watches_spend" AFTER INSERT ON "ml_intern"."watches"
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION "ml_intern"."spend_of_watches"();
--> statement-breakpoint
-- Most changes of a watch are leases and looks at a job that runs on.
CREATE TRIGGER "watch_spend" AFTER UPDATE ON "ml_intern"."watches" FOR EACH ROW
  WHEN (NEW.ended_at IS NOT NULL OR (OLD.ended_at, OLD.hourly_micro_usd, OLD.timeout_seconds)
    IS DISTINCT FROM (NEW.ended_at, NEW.hourly_micro_usd, NEW.timeout_seconds))
  EXECUTE FUNCTION "ml_intern"."spend_of_watch"();
--> statement-breakpoint
CREATE TRIGGER "tool_calls_spend" AFTER INSERT ON "ml_intern"."tool_calls"
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION "ml_intern"."spend_of_calls"();
--> statement-breakpoint
CREATE TRIGGER "tool_call_spend" AFTER UPDATE ON "ml_intern"."tool_calls" FOR EACH ROW
  WHEN (OLD.approval IS NOT NULL OR NEW.approval IS NOT NULL)
  EXECUTE FUNCTION "ml_intern"."spend_of_call"();
