-- The tables of Dify 1.16 that the export reads, for MySQL and MariaDB, as far as its public sources tell.
-- Columns that neither the export nor the tests use are left out.

create table apps (
  id char(36) not null,
  tenant_id char(36) not null,
  name varchar(255) not null,
  description text,
  mode varchar(255) not null,
  app_model_config_id char(36),
  workflow_id char(36),
  status varchar(255) not null default 'normal',
  created_at datetime(6) not null default current_timestamp(6),
  primary key (id)
) default charset utf8mb4;

create table app_model_configs (
  id char(36) not null,
  app_id char(36) not null,
  provider varchar(255),
  model_id varchar(255),
  configs json,
  created_at datetime(6) not null default current_timestamp(6),
  model longtext,
  pre_prompt longtext,
  prompt_type varchar(255) not null default 'simple',
  chat_prompt_config longtext,
  completion_prompt_config longtext,
  agent_mode longtext,
  dataset_configs longtext,
  retriever_resource longtext,
  primary key (id)
) default charset utf8mb4;
create index app_model_configs_1_idx on app_model_configs (app_id);

create table conversations (
  id char(36) not null,
  app_id char(36) not null,
  app_model_config_id char(36),
  model_provider varchar(255),
  model_id varchar(255),
  mode varchar(255) not null,
  name varchar(255),
  inputs json,
  invoke_from varchar(255),
  from_source varchar(255) not null,
  from_end_user_id char(36),
  from_account_id char(36),
  dialogue_count integer not null default 0,
  created_at datetime(6) not null default current_timestamp(6),
  updated_at datetime(6) not null default current_timestamp(6),
  primary key (id)
) default charset utf8mb4;

create table messages (
  id char(36) not null,
  app_id char(36) not null,
  model_provider varchar(255),
  model_id varchar(255),
  override_model_configs longtext,
  conversation_id char(36) not null,
  inputs json,
  query longtext not null,
  message json,
  message_tokens integer not null default 0,
  message_unit_price numeric(10,4) not null default 0,
  message_price_unit numeric(10,7) not null default 0.001,
  answer longtext not null,
  answer_tokens integer not null default 0,
  answer_unit_price numeric(10,4) not null default 0,
  answer_price_unit numeric(10,7) not null default 0.001,
  parent_message_id char(36),
  provider_response_latency double precision not null default 0,
  total_price numeric(10,7),
  currency varchar(255) not null,
  status varchar(255) not null default 'normal',
  error longtext,
  message_metadata longtext,
  invoke_from varchar(255),
  from_source varchar(255) not null,
  from_end_user_id char(36),
  from_account_id char(36),
  created_at datetime(6) not null default current_timestamp(6),
  updated_at datetime(6) not null default current_timestamp(6),
  agent_based boolean not null default false,
  workflow_run_id char(36),
  app_mode varchar(255),
  primary key (id)
) default charset utf8mb4;
create index messages_1_idx on messages (app_id, created_at);
create index messages_2_idx on messages (conversation_id);
create index messages_3_idx on messages (created_at);

create table message_feedbacks (
  id char(36) not null,
  app_id char(36) not null,
  conversation_id char(36) not null,
  message_id char(36) not null,
  rating varchar(255) not null,
  content longtext,
  from_source varchar(255) not null,
  from_end_user_id char(36),
  from_account_id char(36),
  created_at datetime(6) not null default current_timestamp(6),
  updated_at datetime(6) not null default current_timestamp(6),
  primary key (id)
) default charset utf8mb4;
create index message_feedbacks_1_idx on message_feedbacks (message_id, from_source);

create table end_users (
  id char(36) not null,
  tenant_id char(36) not null,
  app_id char(36),
  type varchar(255) not null,
  is_anonymous boolean not null default true,
  session_id varchar(255) not null,
  created_at datetime(6) not null default current_timestamp(6),
  primary key (id)
) default charset utf8mb4;

create table workflows (
  id char(36) not null,
  tenant_id char(36) not null,
  app_id char(36) not null,
  type varchar(255) not null,
  version varchar(255) not null,
  marked_name varchar(255) not null default '',
  marked_comment varchar(255) not null default '',
  graph longtext,
  features longtext,
  created_by char(36) not null,
  created_at datetime(6) not null default current_timestamp(6),
  primary key (id)
) default charset utf8mb4;

create table workflow_runs (
  id char(36) not null,
  tenant_id char(36) not null,
  app_id char(36) not null,
  workflow_id char(36) not null,
  type varchar(255) not null,
  triggered_from varchar(255) not null,
  version varchar(255) not null,
  graph longtext,
  inputs longtext,
  status varchar(255) not null,
  outputs longtext,
  error longtext,
  elapsed_time double precision not null default 0,
  total_tokens bigint not null default 0,
  total_steps integer default 0,
  created_by_role varchar(255) not null,
  created_by char(36) not null,
  created_at datetime(6) not null default current_timestamp(6),
  finished_at datetime(6),
  exceptions_count integer default 0,
  primary key (id)
) default charset utf8mb4;
create index workflow_runs_1_idx on workflow_runs (tenant_id, app_id, triggered_from);
create index workflow_runs_2_idx on workflow_runs (created_at, id);

create table workflow_node_executions (
  id char(36) not null,
  tenant_id char(36) not null,
  app_id char(36) not null,
  workflow_id char(36) not null,
  triggered_from varchar(255) not null,
  workflow_run_id char(36),
  `index` integer not null,
  predecessor_node_id varchar(255),
  node_execution_id varchar(255),
  node_id varchar(255) not null,
  node_type varchar(255) not null,
  title varchar(255) not null,
  inputs longtext,
  process_data longtext,
  outputs longtext,
  status varchar(255) not null,
  error longtext,
  elapsed_time double precision not null default 0,
  execution_metadata longtext,
  created_at datetime(6) not null default current_timestamp(6),
  created_by_role varchar(255) not null,
  created_by char(36) not null,
  finished_at datetime(6),
  primary key (id)
) default charset utf8mb4;
create index workflow_node_executions_1_idx on workflow_node_executions (workflow_run_id);

create table workflow_node_execution_offload (
  id char(36) not null,
  created_at datetime(6) not null default current_timestamp(6),
  tenant_id char(36) not null,
  app_id char(36) not null,
  node_execution_id char(36),
  type varchar(20) not null,
  file_id char(36) not null,
  primary key (id)
) default charset utf8mb4;

create table workflow_app_logs (
  id char(36) not null,
  tenant_id char(36) not null,
  app_id char(36) not null,
  workflow_id char(36) not null,
  workflow_run_id char(36) not null,
  created_from varchar(255) not null,
  created_by_role varchar(255) not null,
  created_by char(36) not null,
  created_at datetime(6) not null default current_timestamp(6),
  primary key (id)
) default charset utf8mb4;
create index workflow_app_logs_1_idx on workflow_app_logs (tenant_id, app_id);
