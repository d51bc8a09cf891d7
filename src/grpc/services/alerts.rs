//! What people are told, and what need not be.

use super::{Services, page_of, renamed};
use crate::alert::Form;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::from_wire::{alert_state, page_size, severity, some_text};
use crate::grpc::to_wire;
use crate::model::{AlertFilter, Mute};
use crate::watch::PreviewWish;
use async_recursion::async_recursion as boxed;
use skep_wire::v1::alert_service_server::AlertService;
use skep_wire::v1::{
    AcknowledgeAlertRequest, AcknowledgeAlertResponse, CreateMuteRequest, CreateMuteResponse,
    DeleteMuteRequest, DeleteMuteResponse, ListAlertsRequest, ListAlertsResponse,
    ListChannelsRequest, ListChannelsResponse, ListMutesRequest, ListMutesResponse,
    PreviewAlertsRequest, PreviewAlertsResponse, SnoozeAlertRequest, SnoozeAlertResponse,
    TestChannelRequest, TestChannelResponse,
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl AlertService for Services {
    async fn list_alerts(
        &self,
        request: Request<ListAlertsRequest>,
    ) -> Result<Response<ListAlertsResponse>, Status> {
        self.read(request, list).await
    }

    async fn acknowledge_alert(
        &self,
        request: Request<AcknowledgeAlertRequest>,
    ) -> Result<Response<AcknowledgeAlertResponse>, Status> {
        self.change(request, acknowledge).await
    }

    async fn snooze_alert(
        &self,
        request: Request<SnoozeAlertRequest>,
    ) -> Result<Response<SnoozeAlertResponse>, Status> {
        self.change(request, snooze).await
    }

    async fn list_mutes(
        &self,
        request: Request<ListMutesRequest>,
    ) -> Result<Response<ListMutesResponse>, Status> {
        self.read(request, mutes).await
    }

    async fn create_mute(
        &self,
        request: Request<CreateMuteRequest>,
    ) -> Result<Response<CreateMuteResponse>, Status> {
        self.change(request, mute).await
    }

    async fn delete_mute(
        &self,
        request: Request<DeleteMuteRequest>,
    ) -> Result<Response<DeleteMuteResponse>, Status> {
        self.change(request, unmute).await
    }

    async fn list_channels(
        &self,
        request: Request<ListChannelsRequest>,
    ) -> Result<Response<ListChannelsResponse>, Status> {
        self.read(request, channels).await
    }

    async fn test_channel(
        &self,
        request: Request<TestChannelRequest>,
    ) -> Result<Response<TestChannelResponse>, Status> {
        self.change(request, test).await
    }

    async fn preview_alerts(
        &self,
        request: Request<PreviewAlertsRequest>,
    ) -> Result<Response<PreviewAlertsResponse>, Status> {
        self.read(request, preview).await
    }
}

#[boxed]
async fn list(asked: Asked, request: ListAlertsRequest) -> Result<ListAlertsResponse, Failure> {
    let size = page_size(request.limit)?;
    let text = |text: &str| some_text(text).map(str::to_owned);
    let filter = AlertFilter {
        channel: text(&request.channel),
        subject: text(&request.source),
        state: alert_state(request.state)?,
        severity: severity(request.severity)?,
        before: (request.before != 0).then_some(request.before),
        limit: size + 1,
        ..AlertFilter::default()
    };
    let found = asked.watch().alert_list(&filter).await?;
    let (found, next) = page_of(found, size, |alert| alert.id);
    let alerts = found.into_iter().map(to_wire::alert).collect();
    Ok(ListAlertsResponse { alerts, next })
}

#[boxed]
async fn acknowledge(
    asked: Asked,
    request: AcknowledgeAlertRequest,
) -> Result<AcknowledgeAlertResponse, Failure> {
    let alert = asked.watch().alert_acknowledge(request.id).await?;
    let alert = Some(to_wire::alert(alert));
    Ok(AcknowledgeAlertResponse { alert })
}

#[boxed]
async fn snooze(asked: Asked, request: SnoozeAlertRequest) -> Result<SnoozeAlertResponse, Failure> {
    let until = request.end_time.map(|until| until.seconds);
    let until = until.ok_or_else(|| Failure::field("end_time", "end_time is missing"))?;
    let alert = asked.watch().alert_snooze(request.id, until).await;
    let alert = alert.map_err(|failure| renamed(failure, "until", "end_time"))?;
    let alert = Some(to_wire::alert(alert));
    Ok(SnoozeAlertResponse { alert })
}

#[boxed]
async fn mutes(asked: Asked, _: ListMutesRequest) -> Result<ListMutesResponse, Failure> {
    let found = asked.watch().mute_list().await?;
    let mutes = found.into_iter().map(to_wire::mute).collect();
    Ok(ListMutesResponse { mutes })
}

#[boxed]
async fn mute(asked: Asked, request: CreateMuteRequest) -> Result<CreateMuteResponse, Failure> {
    let wanted = Mute {
        id: 0,
        pattern: request.pattern,
        until: request.end_time.map(|until| until.seconds),
        why: request.why,
        at: 0,
    };
    let mute = asked.watch().mute_add(&wanted).await;
    let mute = mute.map_err(|failure| renamed(failure, "until", "end_time"))?;
    let mute = Some(to_wire::mute(mute));
    Ok(CreateMuteResponse { mute })
}

#[boxed]
async fn unmute(asked: Asked, request: DeleteMuteRequest) -> Result<DeleteMuteResponse, Failure> {
    asked.watch().mute_remove(request.id).await?;
    Ok(DeleteMuteResponse {})
}

#[boxed]
async fn channels(asked: Asked, _: ListChannelsRequest) -> Result<ListChannelsResponse, Failure> {
    let found = asked.watch().channel_list().await?;
    let channels = found.into_iter().map(to_wire::channel).collect();
    Ok(ListChannelsResponse { channels })
}

#[boxed]
async fn test(asked: Asked, request: TestChannelRequest) -> Result<TestChannelResponse, Failure> {
    asked.watch().channel_test(&request.name).await?;
    Ok(TestChannelResponse {})
}

#[boxed]
async fn preview(
    asked: Asked,
    request: PreviewAlertsRequest,
) -> Result<PreviewAlertsResponse, Failure> {
    let since = request.since_time.map(|since| since.seconds);
    let form = some_text(&request.format).map(Form::parse).transpose();
    let wish = PreviewWish {
        since: since.ok_or_else(|| Failure::field("since_time", "since_time is missing"))?,
        channel: some_text(&request.channel).map(str::to_owned),
        form: form.map_err(|why| Failure::field("format", why))?,
    };
    let found = asked.watch().alerts_preview(&wish).await?;
    let previews = found.into_iter().map(to_wire::alert_preview).collect();
    Ok(PreviewAlertsResponse { previews })
}
