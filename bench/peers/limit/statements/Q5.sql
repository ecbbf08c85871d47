-- Files that hold an item of a name, that no assessment covers, of at least so many people, the greatest first: $1 name, $2 number
SELECT coalesce(json_agg(json_build_object(
    'number', f.registration_number, 'name', f.name,
    'agency', json_build_object('code', a.code, 'name', a.name, 'parent', CASE WHEN p.id IS NOT NULL THEN json_build_object('code', p.code, 'name', p.name) END)
) ORDER BY f.data_subject_count DESC, f.id DESC), '[]')::text
FROM (
    SELECT * FROM data_file AS f
    WHERE coalesce(f.data_subject_count, -1) >= $2::bigint AND f.status IN ('REGISTERED', 'DISCLOSED')
      AND EXISTS (SELECT 1 FROM collected_item AS i WHERE i.registration_id = f.registration_id AND i.name_folded = $1::text)
      AND NOT EXISTS (SELECT 1 FROM impact_assessment_data_file AS l WHERE l.data_file_id = f.id)
    ORDER BY coalesce(f.data_subject_count, -1) DESC, f.id DESC LIMIT 100
) AS f JOIN agency AS a ON a.id = f.agency_id LEFT JOIN agency AS p ON p.id = a.parent_id
