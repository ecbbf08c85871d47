-- Questions to the register's tables, in DuckDB: duckdb < analysis.sql, in the folder of an export.

-- Who holds resident registration numbers, on which statutes, and of how many people?
SELECT r.agency_code, a.name AS agency, count(*) AS files, sum(r.data_subject_count) AS people,
       list_sort(list_distinct(flatten(list([basis.statute FOR basis IN r.legal_bases IF basis.statute IS NOT NULL])))) AS statutes
FROM 'registrations.parquet' r JOIN 'agencies.parquet' a ON a.code = r.agency_code
WHERE r.is_last AND r.change_kind <> 'DESTRUCTION'
  AND len([item FOR item IN r.collected_items IF item.unique_identifier = 'RESIDENT_REGISTRATION_NUMBER']) > 0
GROUP BY ALL ORDER BY files DESC, r.agency_code;

-- Retention classes by type of agency.
SELECT a.type, r.retention_class, count(*) AS files
FROM 'registrations.parquet' r JOIN 'agencies.parquet' a ON a.code = r.agency_code JOIN 'data_files.parquet' f ON f.id = r.data_file_id
WHERE r.is_last AND f.status <> 'DESTROYED'
GROUP BY ALL ORDER BY a.type, files DESC, r.retention_class;

-- What was registered on a day.
SELECT count(*) AS files FROM 'registrations.parquet'
WHERE change_kind <> 'DESTRUCTION' AND valid_from <= DATE '2015-01-01' AND (valid_until IS NULL OR valid_until > DATE '2015-01-01');
