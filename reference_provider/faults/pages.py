"""What each page prints, as tables: the faults know the API from here, and from nowhere else.

A line of a block is a place, its JSON types, and what a sample shows. The cases of `errors` are named as in the suite.
"""

from collections.abc import Mapping
from typing import Any

from reference_provider.faults.printed import Key, Printed, block, request_fields, showing

USER = """
name            text        filled =userName
active_project  text/null
created_at      text        date-time
updated_at      text        date-time
"""
COMPANY = "company_name  text/null"

PROJECT = """
name                 text       filled =projectName
user_id              text       filled owner
status               text       active
description          text
call_status_webhook  text/null  uri
id                   text       filled =projectId
"""
AGENT_LINK = """
active_agent  text/null  =agentId
"""
TIMES = """
created_at  text/null  date-time
updated_at  text/null  date-time
"""
DELETED = "is_deleted  boolean  false"

VOICE = """
name                text    filled
labels              object
labels.accent       text
labels.description  text
labels.age          text
labels.gender       text
labels.use_case     text
voice_id            text    filled =voiceId
preview_url         text    uri
"""


def page(
    heading: str,
    *,
    fields: str = "",
    errors: Mapping[int, str] | None = None,
    others: str = "",
    keys: tuple[Key, ...] = (),
    shows: str = "",
    **rest: Any,
) -> Printed:
    """The page under this heading: `operation METHOD path credential`.

    A 401 without cases of its own is the answer to a credential that is none; without one that answer is assumed.
    `shows` says of what was asked for where it comes back: `name=place`, places in one list after another.
    """
    operation, method, path, credential = heading.split()
    told = {status: tuple(cases.split()) for status, cases in (errors or {}).items()}
    refusals = "" if credential == "none" else "printed" if told.get(401) == () else "assumed"
    return Printed(
        operation=operation,
        method=method,
        path=path,
        credential=credential,
        fields=request_fields(fields, path),
        errors=told,
        refusals=refusals,
        others=tuple(others.split()),
        keys=showing(shows, keys),
        **rest,
    )


AUTHENTICATION = (
    page(
        "signUp POST /auth/signup none",
        fields="email email, password text, name text",
        message="User registered successfully",
        keys=block("", "user  object") + block("user", f"email  text  email =email; {USER}{COMPANY}"),
        literal=("signupStatus", 3),
        shows="email=user.email name=user.name",
        errors={
            400: "email-absent password-absent name-absent email-malformed a-taken-email",
            500: "internal-error",
        },
    ),
    page(
        "verifyEmail POST /auth/verify-email none",
        fields="email email, code text",
        message="email verification successful.",
        keys=block("", "userData  object") + block("userData", f"email  text  email =email; {USER}"),
        literal=("verificationStatus", 2),
        shows="email=userData.email",
        errors={
            400: "email-absent code-absent email-malformed a-verified-account",
            404: "an-unknown-email",
            500: "internal-error",
        },
        others="a-wrong-code an-expired-code",
    ),
    page(
        "resendVerificationCode POST /auth/resend-code none",
        fields="email email",
        message="successfully sent verification code to mail",
        errors={400: "email-absent email-malformed", 404: "an-unknown-email", 500: "internal-error"},
    ),
    page(
        "logIn POST /auth/login none",
        fields="email email, password text",
        message="successfully logged in.",
        keys=block(
            "",
            "token text filled; refreshToken text filled; expirationTime text date-time; user object",
        )
        + block("user", f"email  text  email =email; {USER}{COMPANY}"),
        literal=("loginStatus", 7),
        shows="email=user.email",
        errors={
            400: "email-absent password-absent",
            401: "a-wrong-password",
            404: "an-unknown-user",
            500: "internal-error",
        },
        others="an-unverified-account",
    ),
    page(
        "refreshToken POST /auth/refresh-token none",
        fields="refreshToken text",
        status="",
        keys=block("", "token text filled; refreshToken text filled; expirationTime text date-time"),
        errors={
            400: "refresh-token-absent",
            401: "a-wrong-refresh-token an-expired-refresh-token",
            404: "a-deleted-user",
            500: "internal-error",
        },
    ),
    page(
        "changePassword POST /auth/change-password either",
        fields="oldPassword text, newPassword text",
        message="successfully updated password.",
        errors={
            400: "old-password-absent new-password-absent",
            401: "a-wrong-old-password",
            500: "internal-error",
        },
    ),
    page(
        "forgotPassword POST /auth/forgot-password none",
        fields="email email",
        message="If the email is registered, a reset link has been sent.",
        errors={400: "email-absent email-malformed", 404: "an-unregistered-email", 500: "internal-error"},
    ),
    page(
        "resetPassword POST /auth/reset-password none",
        fields="token text, newPassword text",
        message="Password has been reset successfully.",
        errors={400: "a-wrong-reset-token an-expired-reset-token a-used-reset-token", 500: "internal-error"},
    ),
)

USERS = (
    page(
        "generateApiKey GET /user/generate-apikey bearer",
        message="API key successfully generated and updated.",
        keys=block("", "apiKey text as-described"),
        errors={401: "", 500: "internal-error"},
    ),
    page(
        "setActiveProject POST /user/set-active-project either",
        fields="projectId id",
        message="successfully set project with id harbour-lights active.",
        message_looks="as-described",
        keys=block("", "userData object; projectData object")
        + block(
            "userData",
            "id text filled =user_id; name text filled =userName; email text email =email; verified boolean; "
            "created_at text date-time; updated_at text date-time; active_project text filled =projectId",
        )
        + block("projectData", PROJECT),
        shows="projectId=projectData.id",
        errors={400: "project-id-absent project-id-unknown", 401: "", 500: "internal-error"},
    ),
    page(
        "getActiveProject GET /user/get-active-project either",
        message="fetched active project data.",
        keys=block("", "projectData object") + block("projectData", PROJECT),
        errors={401: "", 404: "no-active-project no-active-project-by-api-key", 500: "internal-error"},
        reads=True,
    ),
)

PROJECTS = (
    page(
        "createProject POST /project/create-project either",
        fields="name text, description text",
        message="successfully created project.",
        keys=block("", "data object") + block("data", PROJECT + AGENT_LINK + TIMES),
        shows="name=data.name description=data.description",
        errors={400: "name-absent description-absent a-taken-name", 401: "", 500: "internal-error"},
    ),
    page(
        "getProject GET /project/{projectId} either",
        fields="projectId id",
        message="successfully fetched project data.",
        also_says=("succcess",),
        keys=block("", "data object") + block("data", PROJECT + AGENT_LINK + TIMES + DELETED),
        shows="projectId=data.id",
        errors={400: "project-id-unknown", 401: "", 500: "internal-error"},
        reads=True,
    ),
    page(
        "updateProject PUT /project/{projectId} either",
        fields="projectId id, name? text, description? text, webhookUrl? text",
        message="successfully updated project info.",
        keys=block("", "data object") + block("data", PROJECT + AGENT_LINK + TIMES + DELETED),
        shows="projectId=data.id name=data.name description=data.description",
        errors={
            400: "name-and-description-absent no-project-id",
            401: "",
            404: "project-id-unknown",
            500: "internal-error",
        },
    ),
    page(
        "deleteProject DELETE /project/{projectId} either",
        fields="projectId id, cascade? boolean",
        message="successfully deleted project.",
        errors={400: "no-project-id", 401: "", 404: "project-id-unknown", 500: "internal-error"},
        others="agents-attached",
    ),
    page(
        "addWebhook POST /project/call-status/add-webhookurl either",
        fields="projectId id, webhookURL text",
        message="added webhook url.",
        errors={400: "project-id-absent webhook-url-absent", 401: "", 500: "internal-error"},
    ),
    page(
        "getActiveAgent POST /project/active-agent either",
        fields="projectId id",
        message="added webhook url.",
        keys=block("", "active_agent text filled =agentId"),
        shows="agentId=active_agent",
        errors={400: "project-id-absent", 401: "", 404: "no-active-agent", 500: "internal-error"},
        reads=True,
    ),
    page(
        "setActiveAgent PATCH /project/active-agent either",
        fields="projectId id, active_agent id",
        message="updated active agent successfully.",
        keys=block("", "project object")
        + block(
            "project",
            "name text filled =projectName; description text; active_agent text filled =agentId; "
            "created_at text/null date-time; call_status_webhook text/null uri; user_id text filled owner",
        ),
        shows="active_agent=project.active_agent",
        errors={400: "project-id-and-active-agent-absent", 401: "", 500: "internal-error"},
    ),
    page(
        "removeActiveAgent PATCH /project/active-agent/{agentId} either",
        fields="agentId id",
        message="Removed active agent from project successfully.",
        errors={401: "", 500: "internal-error"},
        others="an-agent-that-is-not-active",
        others_status=404,
    ),
)

AGENT_KEYS = """
name               text  filled =agentName
projectId          text  filled =projectId
id                 text  filled =agentId
systemInstruction  text
"""

AGENTS = (
    page(
        "createAgent POST /agent/create-agent either",
        fields="name text, systemInstruction text, projectId id, phoneNumber id, voice_id? shared",
        message_looks="",
        keys=block("", "data object")
        + block(
            "data",
            "name text filled; projectId text filled =projectId; id text filled =agentId; "
            "systemInstruction text; voice_id text filled =voiceId; "
            "phoneNumber text as-described =freeE164",
        ),
        shows="name=data.name projectId=data.projectId phoneNumber=data.phoneNumber",
        errors={
            400: "name-absent system-instruction-absent project-id-absent phone-number-absent",
            500: "internal-error",
        },
    ),
    page(
        "getAgent POST /agent either",
        fields="projectId id, agentId id",
        status="",
        keys=block("", AGENT_KEYS),
        shows="projectId=projectId agentId=id",
        errors={400: "project-id-absent agent-id-absent", 404: "agent-id-unknown", 500: "internal-error"},
        reads=True,
    ),
    page(
        "updateAgent PUT /agent either",
        fields="projectId id, agentId id, name? text, systemInstruction? text, voice_id? shared",
        message="agent data updated successfully.",
        is_envelope_optional=True,
        keys=block("", "data object optional")
        + block(
            "data",
            "name text filled; projectId text filled =projectId; agentId text filled =agentId; "
            "systemInstruction text; voice_id text =voiceId",
        ),
        shows="projectId=data.projectId agentId=data.agentId name=data.name "
        "systemInstruction=data.systemInstruction voice_id=data.voice_id",
        errors={
            400: "project-id-absent agent-id-absent name-and-system-instruction-absent",
            404: "agent-id-unknown",
            500: "internal-error",
        },
    ),
    page(
        "deleteAgent DELETE /agent either",
        fields="projectId id, agentId id",
        message="Agent Deleted",
        message_looks="agent-deleted",
        errors={400: "project-id-absent agent-id-absent", 404: "agent-id-unknown", 500: "internal-error"},
    ),
    page(
        "listAgents GET /agent/{projectId} either",
        fields="projectId id",
        status="",
        keys=block("", ". list; * object") + block("*", AGENT_KEYS),
        shows="projectId=*.projectId agentId=*.id",
        errors={400: "no-project-id", 404: "no-agents", 500: "internal-error"},
        reads=True,
    ),
)

CALL = """
status   text  one-of-the-printed
from     text  as-described
to       text  as-described
date     text  as-described
callSid  text  filled =callId
"""
ONE_CALL = (
    CALL
    + """
seconds        whole-number
cost           number
recordingUrls  list
phoneNumber    text  as-described
"""
)

CALLS = (
    page(
        "makeCall POST /call/makeCall either",
        fields="agentId id, projectId id, number text, dynamicVariables? object",
        message="call made successfully.",
        keys=block("", "call object")
        + block("call", "call_id text filled =callId; to text as-described; from text as-described =e164"),
        shows="number=call.to",
        errors={400: "project-id-absent agent-id-absent number-absent", 401: "", 500: "internal-error"},
    ),
    page(
        "getCall POST /call either",
        fields="sid id, projectId? text",
        status="",
        keys=block("", ONE_CALL) + block("recordingUrls", "* text uri"),
        shows="sid=callSid",
        errors={400: "sid-absent", 404: "sid-unknown", 500: "internal-error"},
        reads=True,
    ),
    page(
        "listCalls POST /call/get-call-history either",
        fields="projectId id, pageSize? number",
        message_looks="",
        keys=block("", "data list; data.* object") + block("data.*", CALL),
        shows="callId=data.*.callSid",
        reads=True,
    ),
    page(
        "analyzeCall POST /call/analysis either",
        fields="sid id, questions list",
        message_looks="",
        keys=block("", "data list; data.* object") + block("data.*", "question text filled; answer text"),
        reads=True,
    ),
    page(
        "batchCall POST /call/batch-call either",
        fields="projectId id, agentId id, file sheet",
        message_looks="",
        is_multipart=True,
    ),
)

VOICES = (
    page(
        "listVoices GET /voices either",
        message="successfully fetched voice list.",
        keys=block("", "voices list as-described; voices.* object") + block("voices.*", VOICE),
        errors={401: "", 500: "internal-error"},
        reads=True,
    ),
    page(
        "getVoice GET /voices/{voice_id} either",
        fields="voice_id shared",
        message="successfully fetched voice list.",
        keys=block("", "voice object") + block("voice", VOICE),
        shows="voice_id=voice.voice_id",
        errors={401: "", 500: "internal-error"},
        reads=True,
    ),
)

PHONE_NUMBERS = (
    page(
        "getPhoneNumber POST /phone-number either",
        fields="phoneNumberId? id, agentId? id, projectId? id",
        message="Phone number details fetched successfully.",
        also_says=("error",),
        keys=block("", "data object")
        + block(
            "data",
            "e164 text as-described =e164; id text filled =phoneNumberId; status text available; "
            "projectId text filled =projectId; agentId text filled =agentId",
        ),
        shows="phoneNumberId=data.id e164=data.e164 agentId=data.agentId projectId=data.projectId",
        errors={
            400: "phone-number-id-and-agent-id-and-project-id-absent",
            404: "phone-number-id-unknown agent-id-unknown project-id-unknown",
            500: "internal-error",
        },
        reads=True,
    ),
    page(
        "assignPhoneNumber POST /phone-number/add-number either",
        fields="e164 id, agentId id, projectId id",
        message="PhoneNumber assigned successfully.",
        errors={400: "project-id-absent", 500: "internal-error"},
    ),
)

PAGES: Mapping[str, Printed] = {
    page.operation: page for page in (*AUTHENTICATION, *USERS, *PROJECTS, *AGENTS, *CALLS, *VOICES, *PHONE_NUMBERS)
}
