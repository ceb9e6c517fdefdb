/**
 * The tables of the plain ledger, and the one function that applies a batch. A call of the function is one transaction.
 *
 * The function locks the balances of the batch in the order of their keys, so that two batches cannot wait for each other. Each
 * statement of a plpgsql function sees what was committed before it, so what the second statement reads is as new as the locks.
 * Amounts are whole billionths of a credit. The free half of each page of balances lets an update stay in its page, without a new
 * entry in the index.
 */
export const SCHEMA = `
CREATE TABLE balances (
  customer_id text NOT NULL,
  credit_product_id text NOT NULL,
  available bigint NOT NULL CHECK (available >= 0),
  uncovered bigint NOT NULL DEFAULT 0,
  revision bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (customer_id, credit_product_id)
) WITH (fillfactor = 50);

CREATE TABLE usage_events (
  source text NOT NULL,
  id text NOT NULL,
  customer_id text NOT NULL,
  credit_product_id text NOT NULL,
  used_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  quantities jsonb NOT NULL,
  consumed bigint NOT NULL,
  uncovered bigint NOT NULL,
  PRIMARY KEY (source, id)
);
CREATE INDEX usage_of_a_customer ON usage_events (customer_id, used_at);

CREATE FUNCTION apply_usage(
  sources text[], ids text[], customers text[], product text, times timestamptz[], quantity_sets jsonb[], amounts bigint[]
) RETURNS TABLE (status text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM 1 FROM balances
  WHERE customer_id = ANY (customers) AND credit_product_id = product
  ORDER BY customer_id FOR UPDATE;

  RETURN QUERY
  WITH incoming AS (
    SELECT * FROM unnest(sources, ids, customers, times, quantity_sets, amounts)
      WITH ORDINALITY AS event (source, id, customer_id, used_at, quantities, amount, position)
  ),
  looked_up AS (
    SELECT incoming.*, balances.available,
      earlier.found IS NOT NULL OR row_number() OVER (PARTITION BY incoming.source, incoming.id ORDER BY position) > 1 AS repeated
    FROM incoming
    LEFT JOIN balances ON balances.customer_id = incoming.customer_id AND balances.credit_product_id = product
    LEFT JOIN LATERAL (
      SELECT true AS found FROM usage_events known WHERE known.source = incoming.source AND known.id = incoming.id LIMIT 1
    ) earlier ON true
  ),
  split AS (
    SELECT looked_up.*,
      greatest(0, least(amount, available - (sum(amount) OVER (PARTITION BY customer_id ORDER BY position) - amount)))::bigint AS consumed
    FROM looked_up
    WHERE NOT repeated AND available IS NOT NULL
  ),
  recorded AS (
    INSERT INTO usage_events (source, id, customer_id, credit_product_id, used_at, quantities, consumed, uncovered)
    SELECT source, id, customer_id, product, used_at, quantities, consumed, amount - consumed FROM split
  ),
  debited AS (
    UPDATE balances
    SET available = balances.available - debit.consumed, uncovered = balances.uncovered + debit.uncovered, revision = revision + 1
    FROM (SELECT customer_id, sum(consumed)::bigint AS consumed, sum(amount - consumed)::bigint AS uncovered FROM split GROUP BY 1) debit
    WHERE balances.customer_id = debit.customer_id AND balances.credit_product_id = product
  )
  SELECT CASE WHEN repeated THEN 'duplicate' WHEN available IS NULL THEN 'rejected' ELSE 'applied' END
  FROM looked_up ORDER BY position;
END $$;
`;
