-- A file in full: $1 registration number
SELECT json_build_object(
    'number', f.registration_number, 'name', f.name, 'status', f.status, 'registeredOn', f.registered_on,
    'agency', json_build_object('code', a.code, 'name', a.name, 'type', a.agency_type),
    'purpose', r.purpose, 'validFrom', r.valid_from, 'subjects', r.data_subject_count,
    'items', (
        SELECT coalesce(json_agg(json_build_object(
            'name', i.name, 'requirement', i.requirement, 'category', i.category_code, 'uniqueIdentifier', i.unique_identifier
        ) ORDER BY i.position), '[]')
        FROM collected_item AS i WHERE i.registration_id = r.id
    ),
    'bases', (
        SELECT coalesce(json_agg(json_build_object('citation', b.citation, 'article', b.article, 'statute', s.name) ORDER BY b.position), '[]')
        FROM legal_basis AS b LEFT JOIN statute AS s ON s.id = b.statute_id WHERE b.registration_id = r.id
    ),
    'recipients', (
        SELECT coalesce(json_agg(json_build_object('name', o.name, 'kind', o.kind, 'purpose', p.purpose) ORDER BY p.position), '[]')
        FROM provision AS p JOIN organization AS o ON o.id = p.recipient_id WHERE p.registration_id = r.id
    ),
    'entrustees', (
        SELECT coalesce(json_agg(json_build_object('name', o.name, 'kind', o.kind, 'task', e.task) ORDER BY e.position), '[]')
        FROM entrustment AS e JOIN organization AS o ON o.id = e.entrustee_id WHERE e.registration_id = r.id
    ),
    'assessments', (
        SELECT coalesce(json_agg(json_build_object('year', m.year, 'outcome', m.outcome)), '[]')
        FROM impact_assessment_data_file AS l JOIN impact_assessment AS m ON m.id = l.impact_assessment_id WHERE l.data_file_id = f.id
    )
)::text
FROM data_file AS f JOIN agency AS a ON a.id = f.agency_id JOIN registration AS r ON r.id = f.registration_id
WHERE f.registration_number = $1::text
