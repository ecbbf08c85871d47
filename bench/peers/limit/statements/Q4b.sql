-- The 20 recipients of most files, by what registrations state and what the policies in force state that cover a file, of those registered from a day on: $1 day
WITH revisions AS (
    SELECT DISTINCT ON (privacy_policy_id) id FROM policy_revision WHERE coalesce(effective_from, '0001-01-01') <= (now() AT TIME ZONE 'Asia/Seoul')::date
    ORDER BY privacy_policy_id, coalesce(effective_from, '0001-01-01') DESC, number DESC
), files AS (
    SELECT id, registration_id FROM data_file WHERE status IN ('REGISTERED', 'DISCLOSED') AND registered_on >= $1::text::date
), received AS (
    SELECT p.recipient_id, f.id FROM files AS f JOIN provision AS p ON p.registration_id = f.registration_id
    UNION ALL
    SELECT p.recipient_id, f.id FROM files AS f JOIN policy_revision_data_file AS l ON l.data_file_id = f.id
    JOIN revisions AS v ON v.id = l.policy_revision_id JOIN provision AS p ON p.policy_revision_id = v.id
), counted AS (
    SELECT coalesce(o.merged_into_id, o.id) AS id, count(DISTINCT r.id) AS files FROM received AS r JOIN organization AS o ON o.id = r.recipient_id
    GROUP BY 1 ORDER BY files DESC LIMIT 20
)
SELECT coalesce(json_agg(json_build_object('name', o.name, 'files', c.files) ORDER BY c.files DESC), '[]')::text FROM counted AS c JOIN organization AS o ON o.id = c.id
