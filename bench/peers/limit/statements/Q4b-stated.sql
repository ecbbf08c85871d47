-- As Q4b, by what registrations state alone: what PostGraphile is compared with, which cannot ask for the revisions in force: $1 day
WITH counted AS (
    SELECT p.recipient_id, count(DISTINCT f.id) AS files FROM data_file AS f JOIN provision AS p ON p.registration_id = f.registration_id
    WHERE f.status IN ('REGISTERED', 'DISCLOSED') AND f.registered_on >= $1::text::date
    GROUP BY 1 ORDER BY files DESC LIMIT 20
)
SELECT coalesce(json_agg(json_build_object('name', o.name, 'files', c.files) ORDER BY c.files DESC), '[]')::text FROM counted AS c JOIN organization AS o ON o.id = c.recipient_id
