/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/interface.h"

/* libsystemd describes an interface with flexible arrays, which only GNU C can initialise. */
#pragma GCC diagnostic ignored "-Wpedantic"

static SD_VARLINK_DEFINE_METHOD(List,
		SD_VARLINK_DEFINE_OUTPUT_BY_TYPE(vms, Status, SD_VARLINK_ARRAY));
static SD_VARLINK_DEFINE_METHOD(GetStatus, SD_VARLINK_DEFINE_INPUT(name, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_OUTPUT_BY_TYPE(status, Status, 0));
static SD_VARLINK_DEFINE_METHOD(Start, SD_VARLINK_DEFINE_INPUT(name, SD_VARLINK_STRING, 0));
static SD_VARLINK_DEFINE_METHOD(Stop, SD_VARLINK_DEFINE_INPUT(name, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_INPUT(force, SD_VARLINK_BOOL, SD_VARLINK_NULLABLE));
static SD_VARLINK_DEFINE_METHOD(Pause, SD_VARLINK_DEFINE_INPUT(name, SD_VARLINK_STRING, 0));
static SD_VARLINK_DEFINE_METHOD(Resume, SD_VARLINK_DEFINE_INPUT(name, SD_VARLINK_STRING, 0));
static SD_VARLINK_DEFINE_METHOD(Run, SD_VARLINK_DEFINE_INPUT(name, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_INPUT(argv, SD_VARLINK_STRING,
				SD_VARLINK_ARRAY | SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_INPUT(application, SD_VARLINK_STRING, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_INPUT(root, SD_VARLINK_BOOL, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_OUTPUT(status, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_OUTPUT(signal, SD_VARLINK_INT, 0));
static SD_VARLINK_DEFINE_METHOD_FULL(Log, SD_VARLINK_REQUIRES_MORE,
		SD_VARLINK_DEFINE_INPUT(name, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_INPUT(follow, SD_VARLINK_BOOL, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_OUTPUT(data, SD_VARLINK_STRING, 0));
static SD_VARLINK_DEFINE_ERROR(NoSuchVm, SD_VARLINK_DEFINE_FIELD(name, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD(suggestion, SD_VARLINK_STRING, SD_VARLINK_NULLABLE));

static SD_VARLINK_DEFINE_INTERFACE(io_silo_Manager, MANAGER_NAME, &vl_type_Pids, &vl_type_Status,
		&vl_method_Pause, &vl_method_Resume, &vl_method_List, &vl_method_GetStatus,
		&vl_method_Start, &vl_method_Stop, &vl_method_Run, &vl_method_Log, &vl_error_Failed,
		&vl_error_NoSuchVm);
const sd_varlink_interface *const manager_interface = &vl_interface_io_silo_Manager;
