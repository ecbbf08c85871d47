-- An agency with its first 20 files and their items: $1 code
SELECT json_build_object('code', a.code, 'name', a.name, 'type', a.agency_type, 'files', (
    SELECT coalesce(json_agg(json_build_object('number', f.registration_number, 'name', f.name, 'items', (
        SELECT coalesce(json_agg(json_build_object('name', i.name, 'category', i.category_code) ORDER BY i.position), '[]')
        FROM collected_item AS i WHERE i.registration_id = f.registration_id
    )) ORDER BY f.name_folded, f.id), '[]')
    FROM (
        SELECT * FROM data_file WHERE agency_id = a.id AND status IN ('REGISTERED', 'DISCLOSED') ORDER BY name_folded, id LIMIT 20
    ) AS f
))::text
FROM agency AS a WHERE a.code = $1::text
