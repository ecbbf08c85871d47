-- Files whose name contains a word, of agencies of a type, the newest first: $1 word, $2 type
WITH found AS MATERIALIZED (
    SELECT f.id, f.registration_number, f.name, f.registered_on, f.agency_id
    FROM data_file AS f JOIN agency AS a ON a.id = f.agency_id
    WHERE f.name_folded LIKE '%' || $1::text || '%' AND a.agency_type = $2::text AND f.status IN ('REGISTERED', 'DISCLOSED')
), page AS (
    SELECT * FROM found ORDER BY registered_on DESC NULLS LAST, id DESC LIMIT 20
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM found),
    'files', (
        SELECT coalesce(json_agg(json_build_object(
            'number', p.registration_number, 'name', p.name, 'registeredOn', p.registered_on, 'agency', json_build_object('code', a.code, 'name', a.name)
        ) ORDER BY p.registered_on DESC NULLS LAST, p.id DESC), '[]')
        FROM page AS p JOIN agency AS a ON a.id = p.agency_id
    )
)::text
