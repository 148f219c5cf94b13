//! placeholder until the read models are merged
#[async_trait::async_trait]
pub trait ReadModel: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    fn version(&self) -> i32;
    fn schema(&self) -> &'static str;
    async fn apply(
        &self,
        connection: &mut sqlx::PgConnection,
        batch: &[domain::event::Recorded],
    ) -> Result<(), sqlx::Error>;
}
pub fn all() -> Vec<std::sync::Arc<dyn ReadModel>> {
    vec![]
}
