-- The tables of Dify 1.16 that the export reads, for PostgreSQL, as far as its public sources tell.
-- Columns that neither the export nor the tests use are left out.

create table apps (
  id uuid not null,
  tenant_id uuid not null,
  name varchar(255) not null,
  description text,
  mode varchar(255) not null,
  app_model_config_id uuid,
  workflow_id uuid,
  status varchar(255) not null default 'normal',
  created_at timestamp not null default now(),
  primary key (id)
);

create table app_model_configs (
  id uuid not null,
  app_id uuid not null,
  provider varchar(255),
  model_id varchar(255),
  configs json,
  created_at timestamp not null default now(),
  model text,
  pre_prompt text,
  prompt_type varchar(255) not null default 'simple',
  chat_prompt_config text,
  completion_prompt_config text,
  agent_mode text,
  dataset_configs text,
  retriever_resource text,
  primary key (id)
);
create index app_model_configs_1_idx on app_model_configs (app_id);

create table conversations (
  id uuid not null,
  app_id uuid not null,
  app_model_config_id uuid,
  model_provider varchar(255),
  model_id varchar(255),
  mode varchar(255) not null,
  name varchar(255),
  inputs json,
  invoke_from varchar(255),
  from_source varchar(255) not null,
  from_end_user_id uuid,
  from_account_id uuid,
  dialogue_count integer not null default 0,
  created_at timestamp not null default now(),
  updated_at timestamp not null default now(),
  primary key (id)
);

create table messages (
  id uuid not null,
  app_id uuid not null,
  model_provider varchar(255),
  model_id varchar(255),
  override_model_configs text,
  conversation_id uuid not null,
  inputs json,
  query text not null,
  message json,
  message_tokens integer not null default 0,
  message_unit_price numeric(10,4) not null default 0,
  message_price_unit numeric(10,7) not null default 0.001,
  answer text not null,
  answer_tokens integer not null default 0,
  answer_unit_price numeric(10,4) not null default 0,
  answer_price_unit numeric(10,7) not null default 0.001,
  parent_message_id uuid,
  provider_response_latency double precision not null default 0,
  total_price numeric(10,7),
  currency varchar(255) not null,
  status varchar(255) not null default 'normal',
  error text,
  message_metadata text,
  invoke_from varchar(255),
  from_source varchar(255) not null,
  from_end_user_id uuid,
  from_account_id uuid,
  created_at timestamp not null default now(),
  updated_at timestamp not null default now(),
  agent_based boolean not null default false,
  workflow_run_id uuid,
  app_mode varchar(255),
  primary key (id)
);
create index messages_1_idx on messages (app_id, created_at);
create index messages_2_idx on messages (conversation_id);
create index messages_3_idx on messages (created_at);

create table message_feedbacks (
  id uuid not null,
  app_id uuid not null,
  conversation_id uuid not null,
  message_id uuid not null,
  rating varchar(255) not null,
  content text,
  from_source varchar(255) not null,
  from_end_user_id uuid,
  from_account_id uuid,
  created_at timestamp not null default now(),
  updated_at timestamp not null default now(),
  primary key (id)
);
create index message_feedbacks_1_idx on message_feedbacks (message_id, from_source);

create table end_users (
  id uuid not null,
  tenant_id uuid not null,
  app_id uuid,
  type varchar(255) not null,
  is_anonymous boolean not null default true,
  session_id varchar(255) not null,
  created_at timestamp not null default now(),
  primary key (id)
);

create table workflows (
  id uuid not null,
  tenant_id uuid not null,
  app_id uuid not null,
  type varchar(255) not null,
  version varchar(255) not null,
  marked_name varchar(255) not null default '',
  marked_comment varchar(255) not null default '',
  graph text,
  features text,
  created_by uuid not null,
  created_at timestamp not null default now(),
  primary key (id)
);

create table workflow_runs (
  id uuid not null,
  tenant_id uuid not null,
  app_id uuid not null,
  workflow_id uuid not null,
  type varchar(255) not null,
  triggered_from varchar(255) not null,
  version varchar(255) not null,
  graph text,
  inputs text,
  status varchar(255) not null,
  outputs text,
  error text,
  elapsed_time double precision not null default 0,
  total_tokens bigint not null default 0,
  total_steps integer default 0,
  created_by_role varchar(255) not null,
  created_by uuid not null,
  created_at timestamp not null default now(),
  finished_at timestamp,
  exceptions_count integer default 0,
  primary key (id)
);
create index workflow_runs_1_idx on workflow_runs (tenant_id, app_id, triggered_from);
create index workflow_runs_2_idx on workflow_runs (created_at, id);

create table workflow_node_executions (
  id uuid not null,
  tenant_id uuid not null,
  app_id uuid not null,
  workflow_id uuid not null,
  triggered_from varchar(255) not null,
  workflow_run_id uuid,
  "index" integer not null,
  predecessor_node_id varchar(255),
  node_execution_id varchar(255),
  node_id varchar(255) not null,
  node_type varchar(255) not null,
  title varchar(255) not null,
  inputs text,
  process_data text,
  outputs text,
  status varchar(255) not null,
  error text,
  elapsed_time double precision not null default 0,
  execution_metadata text,
  created_at timestamp not null default now(),
  created_by_role varchar(255) not null,
  created_by uuid not null,
  finished_at timestamp,
  primary key (id)
);
create index workflow_node_executions_1_idx on workflow_node_executions (workflow_run_id);

create table workflow_node_execution_offload (
  id uuid not null,
  created_at timestamp not null default now(),
  tenant_id uuid not null,
  app_id uuid not null,
  node_execution_id uuid,
  type varchar(20) not null,
  file_id uuid not null,
  primary key (id)
);

create table workflow_app_logs (
  id uuid not null,
  tenant_id uuid not null,
  app_id uuid not null,
  workflow_id uuid not null,
  workflow_run_id uuid not null,
  created_from varchar(255) not null,
  created_by_role varchar(255) not null,
  created_by uuid not null,
  created_at timestamp not null default now(),
  primary key (id)
);
create index workflow_app_logs_1_idx on workflow_app_logs (tenant_id, app_id);
