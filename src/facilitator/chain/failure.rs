//! What a failure on the chain means for a payment.

use alloy_transport::TransportError;
use x402_chain_eip155::v1_eip155_exact::Eip155ExactError;
use x402_types::proto::PaymentVerificationError;

use super::rpc::RpcAddress;
use crate::payment::FacilitatorFailure;

/// The transaction would fail, or has failed: the chain rejects the transfer.
pub(super) const REJECTED: &str = "invalid_transaction_state";

/// Refuses a payment with a code of the protocol.
pub(super) fn refused(reason: &str, payer: Option<String>) -> FacilitatorFailure {
    FacilitatorFailure::Refused { reason: reason.to_owned(), status: None, payer }
}

pub(super) fn unavailable(detail: String) -> FacilitatorFailure {
    FacilitatorFailure::Unavailable { detail, status: None }
}

/// Returns what a chain's failure says of the payment.
pub(super) fn told(address: &RpcAddress, error: &Eip155ExactError, payer: &str) -> FacilitatorFailure {
    let refused = |reason| refused(reason, Some(payer.to_owned()));
    match error {
        Eip155ExactError::PaymentVerification(error) => refused(code(error)),
        Eip155ExactError::TransactionReverted(_) => refused(REJECTED),
        Eip155ExactError::Transport(error) if is_revert(error) => refused(REJECTED),
        other => unavailable(format!("the chain: {}", describe(address, other))),
    }
}

/// Tells what failed, for the log.
pub(super) fn describe(address: &RpcAddress, error: &Eip155ExactError) -> String {
    match error {
        Eip155ExactError::Transport(error) => address.tell(error),
        other => address.clean(&other.to_string()),
    }
}

/// Tells a contract that says no from a node that cannot answer: a revert has the code 3 in most
/// nodes and -32015 in others, or says so.
fn is_revert(error: &TransportError) -> bool {
    error.as_error_resp().is_some_and(|payload| {
        matches!(payload.code, 3 | -32015) || payload.message.to_lowercase().contains("execution reverted")
    })
}

/// Returns the code of the specification (v2, section 9).
fn code(error: &PaymentVerificationError) -> &'static str {
    match error {
        PaymentVerificationError::InvalidFormat(_) => "invalid_payload",
        PaymentVerificationError::InvalidPaymentAmount => "invalid_exact_evm_payload_authorization_value",
        PaymentVerificationError::Early => "invalid_exact_evm_payload_authorization_valid_after",
        PaymentVerificationError::Expired => "invalid_exact_evm_payload_authorization_valid_before",
        PaymentVerificationError::ChainIdMismatch | PaymentVerificationError::UnsupportedChain => "invalid_network",
        PaymentVerificationError::RecipientMismatch => "invalid_exact_evm_payload_recipient_mismatch",
        PaymentVerificationError::InsufficientFunds | PaymentVerificationError::InsufficientAllowance => {
            "insufficient_funds"
        }
        PaymentVerificationError::InvalidSignature(_) => "invalid_exact_evm_payload_signature",
        PaymentVerificationError::TransactionSimulation(_) => REJECTED,
        PaymentVerificationError::UnsupportedScheme => "unsupported_scheme",
        PaymentVerificationError::AssetMismatch | PaymentVerificationError::AcceptedRequirementsMismatch => {
            "invalid_payment_requirements"
        }
    }
}
