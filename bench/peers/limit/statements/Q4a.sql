-- Files by type of the agency and category of an item, broader categories included, of those registered from a day on; the 1,000 greatest counts: $1 day
WITH RECURSIVE broader (code, counted) AS (
    SELECT code, code FROM item_category
    UNION ALL
    SELECT b.code, c.parent_code FROM broader AS b JOIN item_category AS c ON c.code = b.counted WHERE c.parent_code IS NOT NULL
), cells AS (
    SELECT a.agency_type, b.counted AS category, count(DISTINCT f.id) AS files
    FROM data_file AS f JOIN agency AS a ON a.id = f.agency_id JOIN collected_item AS i ON i.registration_id = f.registration_id JOIN broader AS b ON b.code = i.category_code
    WHERE f.status IN ('REGISTERED', 'DISCLOSED') AND f.registered_on >= $1::text::date
    GROUP BY a.agency_type, b.counted
    ORDER BY files DESC LIMIT 1000
)
SELECT coalesce(json_agg(json_build_object('type', agency_type, 'category', category, 'files', files)), '[]')::text FROM cells
