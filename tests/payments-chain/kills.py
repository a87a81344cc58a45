"""Kills the service at every moment of a settlement: nobody pays twice, and nothing is lost.

Whatever the moment, the same request with the same payment is sent to the next process. It is
answered once, and 2,000 units have moved; or it is refused, and none have.
"""

import base64
import sqlite3
import threading

from x402 import x402ClientSync
from x402.http.utils import decode_payment_required_header, encode_payment_signature_header

from chain import PAYER, RECIPIENT, USDC, word
from gate import Gate
from pay_http import register

PRICE = 2_000
# When the process is killed, and how often.
BEFORE_THE_CHECK = "while the payment is checked"
BEFORE_SENDING = "before the transaction is sent"
IN_THE_POOL = "while the transaction waits for a block"
AFTER_THE_BLOCK = "before the receipt is read"
# Payments that were not sent are asked about at every start from then on, so they come last.
KILLS = {BEFORE_THE_CHECK: 2, IN_THE_POOL: 10, AFTER_THE_BLOCK: 5, BEFORE_SENDING: 5}
# Longer than an authorization is good, with the minute that the service waits beyond it.
AFTER_EVERY_END_SECONDS = 900


class Payment:
    """A signed payment for a search, which can be sent more than once."""

    def __init__(self, service, query: str) -> None:
        self.service = service
        self.request = {"query": query, "limit": 3}
        status, headers, _ = service.ask("POST", "/discover", self.request)
        assert status == 402, status
        offer = decode_payment_required_header({name.lower(): value for name, value in headers.items()}["payment-required"])
        signed = register(x402ClientSync(), PAYER[1]).create_payment_payload(offer)
        self.nonce = signed.payload["authorization"]["nonce"].lower().removeprefix("0x")
        self.header = encode_payment_signature_header(signed)

    def send(self) -> tuple[int, dict, dict]:
        return self.service.ask("POST", "/discover", self.request, {"PAYMENT-SIGNATURE": self.header})

    def send_and_lose(self) -> threading.Thread:
        """Sends it in a thread; its connection breaks when the service is killed."""

        def send() -> None:
            try:
                self.first = self.send()
            except OSError:
                pass

        self.first = None
        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        return thread

    def row(self) -> tuple[str, int] | None:
        """Returns its state in the ledger, and whether its answer was given."""
        with sqlite3.connect(self.service.database, timeout=10) as ledger:
            question = "SELECT state, is_delivered FROM payments WHERE nonce = ?"
            return ledger.execute(question, (self.nonce,)).fetchone()

    def state(self) -> str | None:
        row = self.row()
        return row and row[0]


def is_used(chain, nonce: str) -> bool:
    """Asks the token whether the nonce of the payer is used up."""
    call = {"to": USDC, "data": "0xe94a0102" + word(PAYER[0]) + nonce}
    return int(chain.ask("eth_call", call, "latest"), 16) == 1


def is_in_the_pool(chain, nonce: str) -> bool:
    pending = chain.ask("txpool_content")["pending"].values()
    return any(nonce in sent["input"] for by_number in pending for sent in by_number.values())


class Kills:
    """The kills on one chain, and what must have moved after each."""

    def __init__(self, service, chain, gate: Gate) -> None:
        self.service, self.chain, self.gate = service, chain, gate
        self.first = chain.balance(PAYER[0]), chain.balance(RECIPIENT)
        self.paid = 0
        self.payments: list[Payment] = []

    def expect_moved(self, workflows: int, what: str) -> None:
        self.paid += workflows * PRICE
        payer, recipient = self.chain.balance(PAYER[0]), self.chain.balance(RECIPIENT)
        moved = self.first[0] - payer, recipient - self.first[1]
        assert moved == (self.paid, self.paid), f"killed {what}: {moved} units moved, expected {self.paid}"

    def kill(self, when: str, number: int) -> Payment:
        """Sends a payment, kills the service at `when`, and starts the next one."""
        payment = Payment(self.service, f"review pull request {len(self.payments)}")
        self.payments.append(payment)
        held = {
            BEFORE_THE_CHECK: "eth_call",
            BEFORE_SENDING: "eth_sendRawTransaction",
            AFTER_THE_BLOCK: "eth_getTransactionReceipt",
        }.get(when)
        if held:
            self.gate.hold(held)
        if when == IN_THE_POOL:
            self.chain.ask("evm_setAutomine", False)
        lost = payment.send_and_lose()
        if held:
            assert self.gate.arrived.wait(30), f"{held} never came"
        if when == IN_THE_POOL:
            self.service.wait_for(lambda: is_in_the_pool(self.chain, payment.nonce), "a transaction waits for a block")
        if when == AFTER_THE_BLOCK:
            self.service.wait_for(lambda: is_used(self.chain, payment.nonce), "the payment is on the chain")
        expected = "reserved" if when == BEFORE_THE_CHECK else "settling"
        self.service.wait_for(lambda: payment.state() == expected, f"the ledger says {expected}")
        self.service.kill()
        lost.join(30)
        assert payment.first is None, payment.first
        self.gate.open()
        # Every second time the next process comes before the block does.
        has_block_first = number % 2 == 0
        if when == IN_THE_POOL and has_block_first:
            self.mine(payment)
        self.service.start()
        if when == IN_THE_POOL and not has_block_first:
            self.expect_unknown(payment, when)
            self.mine(payment)
        return payment

    def mine(self, payment: Payment) -> None:
        self.chain.ask("evm_mine")
        self.chain.ask("evm_setAutomine", True)
        self.service.wait_for(lambda: is_used(self.chain, payment.nonce), "the payment is in a block", is_running=False)

    def expect_unknown(self, payment: Payment, when: str) -> None:
        """Nobody can know yet, and the client hears so; nothing has moved."""
        status, _, body = payment.send()
        problem = body["error"]
        assert (status, problem["code"]) == (503, "PAYMENT_UNAVAILABLE"), (when, status, body)
        assert problem["details"]["reason"] == "settlement_unknown", (when, body)
        assert payment.state() == "settling", (when, payment.state())
        self.expect_moved(0, when)

    def expect_answer(self, payment: Payment, when: str) -> None:
        """One answer with results, one payment; after that nothing more."""
        status, headers, body = payment.send()
        assert status == 200 and body["results"] and body["query_id"], (when, status, body)
        receipt = {name.lower(): value for name, value in headers.items()}["payment-response"]
        assert b'"success":true' in base64.b64decode(receipt), receipt
        self.expect_moved(1, when)
        self.expect_refusal(payment, when)

    def expect_refusal(self, payment: Payment, when: str) -> None:
        # The note that the answer was given is written after the answer is.
        self.service.wait_for(lambda: payment.row()[1] == 1 or payment.state() == "failed", "the ledger is written")
        status, _, body = payment.send()
        assert (status, body["error"]["code"]) == (402, "PAYMENT_FAILED"), (when, status, body)
        self.expect_moved(0, when)

    def run(self) -> None:
        unsent = []
        for when, count in KILLS.items():
            for number in range(count):
                payment = self.kill(when, number)
                if when == BEFORE_SENDING:
                    self.expect_unknown(payment, when)
                    unsent.append(payment)
                else:
                    self.expect_answer(payment, when)
            print(f"ok  killed {count} times {when}", flush=True)
        self.let_them_end(unsent)
        for payment in self.payments:
            state = payment.state()
            assert state in ("settled", "failed"), state
            assert (state == "settled") == is_used(self.chain, payment.nonce), f"{payment.nonce}: {state}"
        print(f"ok  the ledger says of {len(self.payments)} payments what the chain says", flush=True)

    def let_them_end(self, unsent: list[Payment]) -> None:
        """Lets the time of authorizations run out: then it is known that they never pay."""
        self.service.kill()
        self.chain.ask("evm_increaseTime", AFTER_EVERY_END_SECONDS)
        self.chain.ask("evm_mine")
        self.service.start()
        for payment in unsent:
            self.service.wait_for(lambda: payment.state() == "failed", "it is known that a payment never moves")
            self.expect_refusal(payment, BEFORE_SENDING)
        print(f"ok  {len(unsent)} payments that were never sent have ended: 0 units", flush=True)
