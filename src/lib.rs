//! Yeollam (열람).
pub mod agency;
pub mod hangul;
pub mod organization;
pub mod period;
pub mod registration;
pub mod retention;
pub mod vocabulary;
