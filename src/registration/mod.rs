//! Registration of a personal-data file (개인정보파일 등록): Act 제32조①, Decree 제33조①.
pub mod subject_count;
